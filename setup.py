"Everything this file says is read from settings.ini, the single source of name, version and requirements."
from configparser import ConfigParser
from pathlib import Path
from setuptools import find_packages, setup

parser = ConfigParser(delimiters=['='])
parser.read(Path(__file__).parent/'settings.ini', encoding='utf-8')
cfg = parser['DEFAULT']
classifiers = {'3': 'Development Status :: 3 - Alpha', '4': 'Development Status :: 4 - Beta', '5': 'Development Status :: 5 - Production/Stable'}
configs = {'configs': 'configs', **{f'configs.{g}': f'configs/{g}' for g in ('baseline', 'data', 'filters', 'loss', 'model', 'space', 'split')}}
extras = {k.removesuffix('_requirements'): cfg[k].split() for k in cfg if k.endswith('_requirements')}
extras['all'] = sorted({p for name, packages in extras.items() if name != 'dev' for p in packages})

setup(
    name=cfg['lib_name'],
    version=cfg['version'],
    description=cfg['description'],
    long_description=Path('README.md').read_text(encoding='utf-8') if Path('README.md').exists() else '',
    long_description_content_type='text/markdown',
    author=cfg['author'],
    author_email=cfg['author_email'],
    url=cfg['git_url'],
    license='Apache-2.0',
    keywords=cfg['keywords'].split(),
    classifiers=[classifiers[cfg['status']], 'Intended Audience :: ' + cfg['audience'],
                 'Programming Language :: Python :: 3.11', 'Programming Language :: Python :: 3.12'],
    python_requires='>=' + cfg['min_python'],
    packages=find_packages(include=['torchcell_nb', 'torchcell_nb.*']) + [f'torchcell_nb.{p}' for p in configs],
    package_dir={f'torchcell_nb.{p}': path for p, path in configs.items()},
    package_data={'torchcell_nb': ['assets/*/*'], **{f'torchcell_nb.{p}': ['*.yaml'] for p in configs}},
    install_requires=cfg['requirements'].split(),
    extras_require=extras,
    entry_points={'console_scripts': cfg['console_scripts'].split(),
                  'nbdev': [f"{cfg['lib_path']} = {cfg['lib_path']}._modidx:d"]},    # where [source] links lead
    zip_safe=False,
)
