"""Lesson 09: checks of its exercises, figures, quiz."""
