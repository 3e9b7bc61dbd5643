/* Workers on processors of their own: who stays, who moves where, and that nobody is bound afterwards. */
#define _GNU_SOURCE
#include "runtime/parts.h"

#include <criterion/criterion.h>
#include <sched.h>

static cpu_set_t allowed;

static int n_allowed(void)
{
    cr_assert_eq(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
    return CPU_COUNT(&allowed);
}

Test(spread, more_workers_than_processors_stay)
{
    Spread s;
    int n = n_allowed() + 1;
    qb_spread_open(&s, n);
    cr_assert_not(s.on);
    for (int w = 0; w < n; w++)
        cr_assert_eq(qb_spread_claim(&s, w), -1);
    qb_spread_close(&s);
}

Test(spread, who_is_beside_another_moves_to_a_free_processor)
{
    Spread s;
    if (n_allowed() < 2)
        cr_skip_test("one processor");
    qb_spread_open(&s, 2);
    cr_assert(s.on);
    int home = sched_getcpu();
    s.cpu[0] = home;
    int to = qb_spread_claim(&s, 1);
    if (sched_getcpu() == home) { /* it may have been moved meanwhile */
        cr_assert_neq(to, -1);
        cr_assert_neq(to, home);
        cr_assert(CPU_ISSET(to, &allowed));
        cr_assert_eq(s.cpu[1], to);
    }
    qb_spread_rest(&s, 1);
    cr_assert_eq(s.cpu[1], -1);
    s.cpu[0] = -1;
    cr_assert_eq(qb_spread_claim(&s, 1), -1, "nobody else is at work");
    qb_spread_close(&s);
}

Test(spread, nobody_is_bound_afterwards)
{
    cpu_set_t after;
    int n = n_allowed();
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed))
            qb_spread_move(cpu);
    cr_assert_eq(sched_getaffinity(0, sizeof(after), &after), 0);
    cr_assert_eq(CPU_COUNT(&after), n);
    cr_assert(CPU_EQUAL(&after, &allowed));
}
