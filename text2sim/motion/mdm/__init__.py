"""Motion by MDM's published network and checkpoints (Tevet et al., ICLR 2023)."""
