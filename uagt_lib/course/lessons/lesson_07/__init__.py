"""Lesson 07: checks of its exercises, figures, quiz."""
