"""Lesson 00: checks of its exercises, figures, quiz."""
