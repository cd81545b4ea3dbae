"""Train MotionSSM on the open motion pack.

python examples/train_ssm_motion.py --epochs 100 --batch_size 32

All options of `text2sim train motion-ssm` are understood; the run is kept in runs/motion-ssm.
"""

import sys

from text2sim.cli import main

if __name__ == "__main__":
    main(["train", "motion-ssm", *sys.argv[1:]])
