"""Whether each text of our pictures stays in its place on a machine without Helvetica: Chromium measures, with each of the
fonts that stand in for it there."""
import html
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from lab.services.places import ROOT, LabError, tracked
from lab.services.terminal import say

FONTS = {"DejaVu Sans": 97, "Liberation Sans": 83, "Noto Sans": 94}
"""What stands in, and how wide its letter m is at a size of 100 pixels: that shows that nothing else stood in."""
MEASURE = Path(__file__).with_suffix(".js")
PATIENCE = 60  # [s]
ONE_FONT = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <cachedir>/var/cache/fontconfig</cachedir>
  <cachedir>{folder}</cachedir>
  <match target="pattern"><edit name="family" mode="assign" binding="strong"><string>{family}</string></edit></match>
</fontconfig>
"""


def committed():
    """{name: SVG} of the pictures of README and docs."""
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in tracked() if name.endswith(".svg")}


def prove():
    pictures = committed()
    measured = {family: measure(pictures, family) for family in FONTS}
    troubles = [f"{name}, with {family}: {trouble}" for family, answer in measured.items()
                for name, of_picture in answer.items() for trouble in of_picture["troubles"]]
    texts = sum(of_picture["texts"] for of_picture in measured["DejaVu Sans"].values())
    for trouble in troubles:
        say(trouble)
    if troubles or not texts:
        raise LabError(f"{len(troubles)} of {len(FONTS)} x {texts} texts do not stay in their places", code=1)
    return f"{texts} texts of {len(pictures)} pictures, with {len(FONTS)} fonts"


def measure(pictures, family):
    """{name: {"texts": how many, "troubles": what is wrong with them}} of {name: SVG}, where every font is `family`."""
    with tempfile.TemporaryDirectory() as folder:
        page, fonts = Path(folder) / "page.html", Path(folder) / "fonts.conf"
        sources = json.dumps(pictures).replace("</", "<\\/")  # the end of a tag could end the script
        page.write_text('<!doctype html><meta charset="utf-8"><body><script>\n'
                        f"const pictures = {sources};\n{MEASURE.read_text(encoding='utf-8')}</script>\n", encoding="utf-8")
        fonts.write_text(ONE_FONT.format(folder=folder, family=family), encoding="utf-8")
        answer = dump(page, Path(folder), {**os.environ, "FONTCONFIG_FILE": str(fonts)})
    m = answer["m"]
    if abs(m - FONTS[family]) > 1:
        raise LabError(f"Chromium shows another font than {family}: its m is {m:.0f} pixels wide, expected {FONTS[family]}", code=1)
    return answer["pictures"]


def dump(page, folder, environment):
    """What the page's script leaves there."""
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", "--dump-dom",
               page.as_uri()]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    found = re.search(r'<pre id="answer">(.*?)</pre>', done.stdout, re.DOTALL)
    if not found:
        raise LabError(f"Chromium did not measure (exit code {done.returncode}): {done.stderr.strip()[-300:]}", code=1)
    return json.loads(html.unescape(found[1]))
