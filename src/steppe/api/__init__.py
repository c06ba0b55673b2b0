"""The model from Python: functions that compose, simulate, read, compare and hand over, as `steppe.NAME`.

What the command line needs as well is here too. Nothing heavy is imported before it is used.
"""
