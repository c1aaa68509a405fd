"""Lesson 04: checks of its exercises, figures, quiz."""
