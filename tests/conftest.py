"""Settings of the whole suite."""

from hypothesis import Phase, settings

# The same examples in every run, and no minutes of shrinking: a red suite stays a quick one.
settings.register_profile(
    "quick",
    derandomize=True,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile("quick")
