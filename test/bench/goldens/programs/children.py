"""Starts programs and talks with them through pipes, as scripts do."""
import multiprocessing
import subprocess


def square(number):
    return number * number


if __name__ == "__main__":
    listing = subprocess.run(["ls", "tree"], capture_output=True, text=True, check=True).stdout
    counted = subprocess.run(["wc", "-l"], input=listing, capture_output=True, text=True, check=True).stdout
    with multiprocessing.get_context("fork").Pool(2) as pool:
        squares = pool.map(square, range(20))
        # Leaving the block kills workers, which may or may not have ended by then.
        pool.close()
        pool.join()
    print(counted.strip(), sum(squares))
