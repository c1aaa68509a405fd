"""The course as a website: `python -m uagt_lib.course.site` writes build/site, which any static host can serve.

`lessons` and `pages` write Markdown and reStructuredText, `models` exports what runs in the browser, `packages` fetches
the pinned files from npm, Sphinx does the rest (`conf.py`). Needs the extra: pip install -e '.[site]'.
"""
