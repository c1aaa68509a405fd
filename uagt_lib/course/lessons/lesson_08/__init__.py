"""Lesson 08: checks of its exercises, figures, quiz."""
