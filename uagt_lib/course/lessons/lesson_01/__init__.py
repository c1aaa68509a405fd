"""Lesson 01: checks of its exercises, figures, quiz."""
