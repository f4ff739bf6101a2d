"""Pictures of the law, and the tables that they draw: openness, the decision strip, the flip grid.

What is drawn is computed without any drawing library; that is imported only where a picture is saved.
"""
