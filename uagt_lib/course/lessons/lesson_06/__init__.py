"""Lesson 06: checks of its exercises, figures, quiz."""
