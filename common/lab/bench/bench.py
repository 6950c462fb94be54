"""./lab bench: the speed of the main job beside LibTorch's stock operators, on a random model of 125 million parameters.

`./lab bench prefix` measures how fast a prefix is found, by chapter 02's scan and chapter 03's index;
`./lab bench copy` what a hit costs that is copied; `./lab bench course` one job under every manager; `./lab bench
batch` what a batch gains in decode; `./lab bench cache` what the tree's operations cost; `./lab bench policies` how many tokens
eviction policies find again; `./lab bench engine` what larger batches gain, with prefix caching and without. All seven
without LibTorch. `./lab bench linear` sets the linear layer in bfloat16 beside LibTorch's.

Both sides, each in float32 and bfloat16, run in turn in one process on the same processors; figures are medians. With
--save the figures go to docs/performance/main-job.json and docs/performance.md is written from them; a test fails if the
two differ."""
from lab.bench import batch, cache, copies, course, engine, linear, main_job, policies, prefix

SUMMARY = "measure the main job or the linear layer beside LibTorch's, how a prefix is found, what a copy costs, a batch gains, the tree takes, policies find or the engine serves"
EXAMPLE = "./lab bench -- --rounds 3     (the benchmark's own options after --)"
TAKES_MORE = True
KINDS = {"main-job": main_job, "prefix": prefix, "copy": copies, "course": course, "batch": batch, "cache": cache,
         "linear": linear, "policies": policies, "engine": engine}


def add_arguments(parser):
    parser.add_argument("what", nargs="?", choices=KINDS, default="main-job", help="default: main-job")
    parser.add_argument("--peer", metavar="PROGRAM", help="of cache: another cache, which reads the workload as JSON lines")
    parser.add_argument("--save", action="store_true", help="write the figures and their page into docs/")


def run(arguments):
    return KINDS[arguments.what].run(arguments)
