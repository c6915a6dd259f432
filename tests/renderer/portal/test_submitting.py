"""From the check page to the receipt."""

from submissions import drafts


def test_what_another_window_keeps_while_submitting_is_not_lost(begun, monkeypatch):
    check = begun.page("/check")
    save = drafts.save

    def meanwhile(store, draft, *, now):
        monkeypatch.setattr(drafts, "save", save)
        begun.save(answers={**begun.kept.answers, "matters": {}})
        return save(store, draft, now=now)

    monkeypatch.setattr(drafts, "save", meanwhile)
    answered = begun.site.send(check, "/submit", declared="yes")

    assert answered.status == 409
    assert begun.kept.answers["matters"] == {}


def test_a_submission_from_another_window_leads_to_its_receipt(begun, monkeypatch):
    check = begun.page("/check")
    save = drafts.save

    def meanwhile(store, draft, *, now):
        monkeypatch.setattr(drafts, "save", save)
        begun.site.send(check, "/submit", declared="yes")
        return save(store, draft, now=now)

    monkeypatch.setattr(drafts, "save", meanwhile)
    answered = begun.site.send(check, "/submit", declared="yes")

    assert answered.path == f"/submissions/{begun.id}"


def test_who_comes_back_to_where_one_submits_checks_again(begun):
    assert begun.page("/submit").path == begun.path("/check")


def test_a_switch_after_a_refused_submission_comes_back_to_the_check(begun):
    refused = begun.site.send(begun.page("/check"), "/submit")
    switch = next(link for link in refused.links if "/language/en" in link)

    assert refused.status == 422
    assert begun.site.get(switch).path == begun.path("/check")
