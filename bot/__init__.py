"""The domain core of Fagtråd: what a clinical network does between its meetings. Knows no chat platform."""
