"""Curves (both axes logarithmic) and bars as SVG pictures. The same figures give the same bytes, so that a test can compare."""
import html
import math

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 74, 150, 52, 58  # [pixels] around the curves
COLOURS = ("#b3470f", "#0a5fa5", "#00735a", "#8f3f73")  # those of visualize/
INK, PALE = "#1f2937", "#d1d5db"


def curves(title, x_says, y_says, series, marks=()):
    """`series`: {name: [(x, y)...]}, all above 0; the name stands at the curve's end. `marks`: [(x, words)...], upright
    lines."""
    xs, ys = ([point[axis] for points in series.values() for point in points] for axis in (0, 1))
    x_at = _axis(xs, LEFT, WIDTH - RIGHT)
    y_at = _axis(ys, HEIGHT - BOTTOM, TOP)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
           f'font-family="Helvetica,Arial,sans-serif" font-size="13" fill="{INK}">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
           _text(LEFT, 26, title, 'font-size="15" font-weight="bold"')]
    for power in _powers(xs):
        out += [_line(x_at(power), TOP, x_at(power), HEIGHT - BOTTOM, f'stroke="{PALE}"'),
                _text(x_at(power), HEIGHT - BOTTOM + 18, f"{power:,.0f}", 'text-anchor="middle"')]
    for power in _powers(ys):
        out += [_line(LEFT, y_at(power), WIDTH - RIGHT, y_at(power), f'stroke="{PALE}"'),
                _text(LEFT - 8, y_at(power) + 4, f"{power:,.0f}" if power >= 1 else f"{power:g}", 'text-anchor="end"')]
    out += [_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, x_says, 'text-anchor="middle"'),
            _text(18, (TOP + HEIGHT - BOTTOM) / 2, y_says,
                  f'text-anchor="middle" transform="rotate(-90 18 {(TOP + HEIGHT - BOTTOM) / 2:g})"')]
    for i, (x, words) in enumerate(marks):
        out += [_line(x_at(x), TOP, x_at(x), HEIGHT - BOTTOM, f'stroke="{INK}" stroke-dasharray="4 3"'),
                _text(x_at(x) + 6, HEIGHT - BOTTOM - 12 - 18 * (len(marks) - 1 - i), words)]
    for (name, points), colour in zip(series.items(), COLOURS):
        path = " ".join(f"{x_at(x):.1f},{y_at(y):.1f}" for x, y in points)
        out += [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>',
                *(f'<circle cx="{x_at(x):.1f}" cy="{y_at(y):.1f}" r="3" fill="{colour}"/>' for x, y in points),
                _text(x_at(points[-1][0]) + 10, y_at(points[-1][1]) + 4, name, f'style="fill:{colour}"')]
    return "\n".join([*out, "</svg>"]) + "\n"


def bars(title, names, panels):
    """`panels`: {title: [a value a name...]}, beside each other; each has a scale of its own, and its values are written."""
    panel, row, left, top = 230, 30, 96, 84
    width, height = left + panel * len(panels) + 10, top + row * len(names) + 16
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
           f'font-family="Helvetica,Arial,sans-serif" font-size="13" fill="{INK}">',
           f'<rect width="{width}" height="{height}" fill="#ffffff"/>', _text(16, 28, title, 'font-size="15" font-weight="bold"')]
    for i, name in enumerate(names):
        out.append(_text(left - 10, top + row * i + 15, name, 'text-anchor="end"'))
    for number, ((says, values), colour) in enumerate(zip(panels.items(), COLOURS)):
        x, scale = left + panel * number, (panel - 90) / (max(values) or 1)
        out.append(_text(x, top - 16, says, f'style="fill:{colour}"'))
        for i, value in enumerate(values):
            y, length = top + row * i, max(value * scale, 1.5)
            out += [f'<rect x="{x}" y="{y}" width="{length:.1f}" height="20" fill="{colour}"/>',
                    _text(x + length + 6, y + 15, f"{value:,.0f}" if value >= 100 or value == 0 else f"{value:.1f}")]
    return "\n".join([*out, "</svg>"]) + "\n"


def _axis(values, begin, end):
    """The function from a value to its place."""
    low, high = (math.log10(bound(values)) for bound in (min, max))
    return lambda value: begin + (math.log10(value) - low) / (high - low or 1) * (end - begin)


def _powers(values):
    """The powers of ten from the smallest value to the largest."""
    first, last = math.ceil(math.log10(min(values))), math.floor(math.log10(max(values)))
    return [10.0 ** power for power in range(first, last + 1)]


def _line(x1, y1, x2, y2, how):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {how}/>'


def _text(x, y, words, how=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {how}>'.replace(" >", ">") + f"{html.escape(words)}</text>"
