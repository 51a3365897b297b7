"""Every bound of the interpreter. Reaching one makes a value unknown (``Why.LIMIT``) or ends one exploration, never the run."""

STEPS_PER_ENTRY = 400_000      # statements and calls evaluated for one entry point (a module body, an uncalled class or function)
STEPS_PER_TARGET = 4_000_000   # for one model that somebody named
STEPS_PER_EXPLORATION = 150_000  # for one class or function that nothing calls
STEPS_EXPLORING_A_FILE = 350_000  # for all of them in one file
STEPS_RUNNING_A_FILE = 800_000  # for its module body and its models on stated inputs
STEPS_PER_OPERATOR = 4         # what a call of a torch operator counts
ITEMS_PER_STEP = 128           # items of a long list that a builtin function looks at or copies in the time of one step
STEPS_BETWEEN_LOOKS = 2_000    # at the clock
SECONDS_PER_FILE = 30          # of CPU, for its module body, and again for what nothing calls: only where the steps are unusually slow
SECONDS_PER_TARGET = 120
STEPS_PER_LOOP = 100_000       # after that a loop's effects are joined instead of unrolled further
UNROLLED_ITERATIONS = 4_000    # iterations of one loop that are evaluated one by one
LISTED_ITEMS = 100_000         # items of an iterable that are listed
NESTED_TUPLES = 60             # tuples in tuples
LEFT_ITEMS = 500               # items of an iterator that a loop takes one by one, so that what it leaves is there afterwards
CALL_DEPTH = 90                # nested calls of the user's functions
SAME_FUNCTION_DEPTH = 24       # of one function within itself
UNCERTAIN_RECURSION = 4        # of one function within itself, where a branch or loop was not decided
NESTED_EXPRESSIONS = 300       # parentheses in parentheses
ALTERNATIVES = 4               # options kept where branches were joined
TEXT_LENGTH = 100_000          # characters of a computed string
INTEGER_BITS = 4_096           # of a computed integer
EVENTS_PER_PROGRAM = 200_000
TRACE_LENGTH = 400             # steps of a tensor's history that are kept
