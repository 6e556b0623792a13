"""Answers of Chroma 1.5.9 to several hundred edge cases, recorded as data, and compared with this package's.

cases/         the questions: small functions over the public API, one module for each area
answers/       what the official package answered, one JSON file for each area
differences.py the cases whose right answer is another one, with ours and the reason
record.py      makes answers/; run by the interpreter of a virtual environment with chromadb==1.5.9
"""
