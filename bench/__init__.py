"""What the desk measures of itself. Figures and ratios, never a verdict: nothing here fails for being slow."""
