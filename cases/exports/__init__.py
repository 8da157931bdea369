"""What is given away: documents of what one reader may see."""
