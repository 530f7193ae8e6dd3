"""While the clinic's explorer trains, the page already shows the traces and how far it is."""

CELL = "import initcourse as ic\nic.explorers.ClinicExplorer(patient='Patient 1')"
# Every look of the explorer that a frame finds: sentence, picture, bar, height.
WATCH = """(box) => {
    window.looks = [];
    const bar = box.querySelector('.progress'), within = bar.querySelector('.progress-bar');
    const look = () => {
        const text = box.querySelector(':scope > .widget-html').innerText;
        window.looks.push({
            training: text.includes('Training'),
            picture: box.querySelector(':scope > img').src,
            bar: getComputedStyle(bar).visibility === 'visible',
            width: within.offsetWidth / bar.offsetWidth,
            height: box.offsetHeight,
        });
        requestAnimationFrame(look);
    };
    look();
}"""


def test_the_page_shows_the_traces_and_a_bar_that_advances(open_cells):
    with open_cells("clinic.ipynb", CELL) as page:
        page.run_all()
        box = page.explorers()[0]
        box.evaluate(WATCH)
        box.locator("select").nth(1).select_option(index=5)  # redraw: He 2/n
        page.page.wait_for_function(
            "() => window.looks.some(l => l.training) && !window.looks.at(-1).training"
        )
        page.idle()
        looks = page.page.evaluate("() => window.looks")
        assert page.errors() == []
    training = [look for look in looks if look["training"] and look["bar"]]
    widths = [look["width"] for look in training]
    assert widths == sorted(widths) and len({round(width, 2) for width in widths}) >= 3
    pictures = list(dict.fromkeys(look["picture"] for look in looks))
    assert len(pictures) == 3, "before, with the traces, with the losses"
    assert {look["picture"] for look in training[1:]} == {pictures[1]}
    assert not looks[0]["bar"] and not looks[-1]["bar"]
    assert len({look["height"] for look in looks}) == 1
