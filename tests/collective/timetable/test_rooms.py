"""What a day still has room for, against bikes handed out to mechanics one by one."""

from hypothesis import assume, given
from hypothesis import strategies as st

from collective.timetable.rooms import at_least, pack, room_ticks, spare_ticks, unpack

LEVEL = st.integers(1, 5)
TEAM = st.lists(st.tuples(LEVEL, st.integers(0, 12)), max_size=4)  # level, free ticks
BIKES = st.lists(st.tuples(LEVEL, st.integers(1, 5)), max_size=5)  # skill needed, ticks


def can_do(team, bikes) -> bool:
    """Hand the hardest work out first, each to the least skilled who can: if anything can do all of it, this does."""
    left = sorted([level, ticks] for level, ticks in team)
    for skill, ticks in sorted(bikes, reverse=True):
        for mechanic in left:
            if mechanic[0] >= skill:
                done = min(ticks, mechanic[1])
                mechanic[1] -= done
                ticks -= done
        if ticks:
            return False
    return True


def given_as(team, bikes) -> dict:
    return {"opening": at_least(team), "taken": at_least([]), "claimed": at_least(bikes)}


@given(TEAM, BIKES)
def test_nothing_is_oversold_exactly_when_it_can_all_be_done(team, bikes):
    assert (min(spare_ticks(**given_as(team, bikes))) >= 0) == can_do(team, bikes)


@given(TEAM, BIKES, LEVEL)
def test_the_room_is_the_longest_work_that_can_still_be_done(team, bikes, skill):
    assume(can_do(team, bikes))
    room = room_ticks(**given_as(team, bikes), share_bp=10000)[skill - 1]
    assert can_do(team, [*bikes, (skill, room)])
    assert not can_do(team, [*bikes, (skill, room + 1)])


@given(TEAM, BIKES, st.integers(0, 10000))
def test_a_share_sells_its_part_of_what_exact_appointments_leave(team, bikes, share_bp):
    opening, taken = at_least(team), at_least([(level, ticks // 2) for level, ticks in team])
    rooms = room_ticks(opening=opening, taken=taken, claimed=at_least(bikes), share_bp=share_bp)
    for place, room in enumerate(rooms):
        sold = at_least(bikes)[place] + room
        assert room == 0 or sold * 10000 <= share_bp * (opening[place] - taken[place])
    assert list(rooms) == sorted(rooms, reverse=True)


def test_no_day_is_too_big_for_its_row():
    rooms = room_ticks(opening=at_least([(5, 300)] * 500), taken=at_least([]), claimed=at_least([]), share_bp=10000)
    assert rooms == (32767,) * 5
    assert unpack(memoryview(pack(rooms))) == rooms
