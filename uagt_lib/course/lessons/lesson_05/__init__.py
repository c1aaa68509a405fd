"""Lesson 05: checks of its exercises, figures, quiz."""
