"""One module a contender: what the benchmark asks, said in the words of that database."""
