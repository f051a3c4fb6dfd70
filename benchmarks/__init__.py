"""What every published figure is measured with. Nothing here is installed with the package."""
