"""A data set that is the same each time: two spirals that a straight line cannot part."""

import csv
import math
import random


def make_spirals(count, seed):
    """Returns count rows of (x, y, label), labels 0 and 1 in turn."""
    random_numbers = random.Random(seed)
    rows = []
    for index in range(count):
        label = index % 2
        angle = 0.5 + 4.0 * index / count
        radius = angle / 4.5
        turn = angle + math.pi * label
        noise = random_numbers.gauss(0.0, 0.02)
        rows.append((radius * math.cos(turn) + noise, radius * math.sin(turn) + noise, label))
    return rows


def write_rows(path, rows):
    with open(path, "w", newline="", encoding="ascii") as file:
        csv.writer(file).writerows(rows)


def read_rows(path):
    with open(path, newline="", encoding="ascii") as file:
        return [(float(x), float(y), int(label)) for x, y, label in csv.reader(file)]
