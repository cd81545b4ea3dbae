"""A trained policy that follows motion: what it sees, what it does, and the controller `ppo`."""
