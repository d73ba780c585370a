"TeX in a rendered site -> MathML, which browsers draw without a script or a network; Quarto does this by itself."
import html, re, sys
from pathlib import Path
from latex2mathml.converter import convert

def mathml(m):
    display = m[1] == 'display'
    return convert(html.unescape(m[2])[2:-2], display='block' if display else 'inline')

for page in Path(sys.argv[1]).rglob('*.html'):
    text = page.read_text(encoding='utf-8')
    text = re.sub(r'<link[^>]*katex[^>]*>|<script[^>]*katex[^>]*></script>', '', text)
    page.write_text(re.sub(r'<span class="math (inline|display)">(.*?)</span>', mathml, text, flags=re.S), encoding='utf-8')
