"""Drives Python frameworks for Touchstone: one worker process, one lowering per framework."""
