"""What is run in a boot: lines of shell by name, one after another; what they write below /results comes back."""
