"""Settings for all tests."""

from hypothesis import HealthCheck, settings

# Lazy imports make the first example slow; a deadline would measure the machine, not the code.
settings.register_profile("rmatch", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rmatch")
