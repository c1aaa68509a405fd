"""Lesson 10: checks of its exercises, figures, quiz."""
