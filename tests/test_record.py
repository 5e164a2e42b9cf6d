"""Records behave as frozen, slotted, keyword-only dataclasses do."""

import pickle

import pytest

from gitward.record import _OFTEN, as_json, fields, given, is_record, record, replace, values


@record
class Point:
    x: int
    y: int = 2
    name = "point"

    def sum(self) -> int:
        return self.x + self.y


def test_fields_defaults_and_constants():
    point = Point(x=1)
    assert (point.x, point.y, point.sum(), Point.name) == (1, 2, 3, "point")
    assert fields(Point) == ("x", "y")
    assert values(point) == {"x": 1, "y": 2}


@pytest.mark.parametrize("arguments", [{}, {"y": 1}, {"x": 1, "z": 2}])
def test_wrong_fields_are_refused(arguments):
    with pytest.raises(TypeError):
        Point(**arguments)


def test_positional_arguments_are_refused():
    with pytest.raises(TypeError):
        Point(1, 2)


@record
class Pair:
    left: int
    right: int = 2


@record
class Often:
    left: int
    right: int = 2


def test_an_initialiser_is_compiled_only_for_what_is_made_often():
    """Compiling one takes 0.3 ms, and the commit-msg hook makes a few records of twenty classes."""
    for number in range(_OFTEN + 1):
        Often(left=number)
    assert values(Pair(left=1)) == {"left": 1, "right": 2}
    assert Pair.__init__ is not Often.__init__
    assert Pair.__init__.__name__ == "_filled_by_name"
    assert (values(Often(left=1)), values(Often(right=3, left=1))) == ({"left": 1, "right": 2}, {"left": 1, "right": 3})
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'left'"):
        Often(right=1)
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'left'"):
        Pair(right=1)


def test_frozen():
    point = Point(x=1)
    for change in (lambda: setattr(point, "x", 2), lambda: setattr(point, "z", 2), lambda: delattr(point, "x")):
        with pytest.raises(AttributeError):
            change()
    assert not hasattr(point, "__dict__")


def test_equality_hash_and_repr():
    assert Point(x=1) == Point(x=1)
    assert Point(x=1) != Point(x=2)
    assert hash(Point(x=1)) == hash(Point(x=1))
    assert repr(Point(x=1)) == "Point(x=1, y=2)"


def test_replace_makes_a_copy():
    point = Point(x=1)
    assert replace(point, y=5) == Point(x=1, y=5)
    assert point == Point(x=1)


def test_travels_between_processes():
    assert pickle.loads(pickle.dumps(Point(x=3))) == Point(x=3)


def test_as_json_all_the_way_down():
    pair = Point(x=(Point(x="a"), (1, None)), y=True)
    assert as_json(pair) == {"x": [{"x": "a", "y": 2}, [1, None]], "y": True}
    assert (is_record(pair), is_record(Point), is_record({})) == (True, True, False)


def test_given_is_what_is_no_default():
    assert given(Point(x=2, y=2)) == {"x": 2}
    assert given(Point(x=None, y=3)) == {"x": None, "y": 3}
