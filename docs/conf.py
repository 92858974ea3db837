"""How Sphinx builds the documentation."""

from importlib.metadata import version as installed

project = "digivl"
author = "digivl contributors"
project_copyright = "2026, digivl contributors"
release = version = installed("digivl")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinxcontrib.mermaid"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_fence_as_directive = ["mermaid"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = f"digivl {release}"
