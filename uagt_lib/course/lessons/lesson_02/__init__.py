"""Lesson 02: checks of its exercises, figures, quiz."""
