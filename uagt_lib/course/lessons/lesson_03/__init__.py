"""Lesson 03: checks of its exercises, figures, quiz."""
