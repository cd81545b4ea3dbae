"""Many light bodies that learn to follow motion: rules, rewards, motions, and the environment."""
