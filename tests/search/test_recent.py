"""What was used last stays."""

import threading

from bloomweaver.search.recent import Recent


def test_the_one_that_was_not_used_for_longest_goes() -> None:
    recent = Recent[int](2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert [recent.get(key) for key in ("a", "b", "c")] == [1, None, 3]


def test_a_key_has_its_last_value() -> None:
    recent = Recent[int](2)
    recent.put("a", 1)
    recent.put("a", 2)
    assert recent.get("a") == 2


def test_threads_do_not_lose_it_its_bound() -> None:
    recent = Recent[int](10)

    def use(first: int) -> None:
        for number in range(first, first + 500):
            recent.put(str(number), number)
            assert recent.get(str(number)) in (number, None)

    threads = [threading.Thread(target=use, args=(first,)) for first in range(0, 2000, 500)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(recent.get(str(number)) is not None for number in range(2000)) == 10
