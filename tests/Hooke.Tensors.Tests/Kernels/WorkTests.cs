namespace Hooke.Tensors.Tests;

[Collection(nameof(ThreadCount))]
public class WorkTests
{
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(7)]
    public void Every_item_is_visited_once_in_chunks_that_do_not_depend_on_the_threads(int threads)
    {
        using ThreadCount _ = new(threads);
        foreach ((int count, int grain) in new[] { (0, 1), (1, 1), (5, 8), (64, 8), (1000, 7), (1000, 1) })
        {
            int[] visits = new int[count];
            int[] ends = new int[count];
            Work.For(count, grain, (start, end) =>
            {
                ends[start] = end;
                for (int i = start; i < end; i++)
                    Interlocked.Increment(ref visits[i]);
            });
            Assert.All(visits, v => Assert.Equal(1, v));
            for (int start = 0; start < count; start += grain)
                Assert.Equal(Math.Min(count, start + grain), ends[start]);
        }
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(7)]
    public void The_exception_of_the_first_failed_item_reaches_the_caller(int threads)
    {
        using ThreadCount _ = new(threads);
        for (int repeat = 0; repeat < 50; repeat++)
        {
            InputException failure = Assert.Throws<InputException>(() => Work.For(100, i =>
            {
                if (i >= 37)
                    throw new InputException($"item {i}");
            }));
            Assert.Equal("item 37", failure.Message);
        }
    }

    [Fact]
    public void The_pool_works_on_after_an_exception()
    {
        using ThreadCount _ = new(3);
        Assert.Throws<InputException>(() => Work.For(10, _ => throw new InputException("no")));
        int sum = 0;
        Work.For(100, i => Interlocked.Add(ref sum, i));
        Assert.Equal(4950, sum);
    }

    [Fact]
    public void A_nested_call_runs_in_the_thread_that_makes_it()
    {
        using ThreadCount _ = new(3);
        int strangers = 0;
        Work.For(20, _ =>
        {
            int here = Environment.CurrentManagedThreadId;
            Work.For(20, _ => Interlocked.Add(ref strangers, Environment.CurrentManagedThreadId == here ? 0 : 1));
        });
        Assert.Equal(0, strangers);
    }

    [Fact]
    public void Several_threads_take_part_when_there_is_enough_to_do()
    {
        using ThreadCount _ = new(3);
        HashSet<int> threads = [];
        Work.For(3, _ =>
        {
            lock (threads)
                threads.Add(Environment.CurrentManagedThreadId);
            SpinWait.SpinUntil(() => { lock (threads) return threads.Count == 3; }, 10_000);
        });
        Assert.Equal(3, threads.Count);
    }

    [Fact]
    public void Callers_from_many_threads_all_get_their_work_done()
    {
        using ThreadCount _ = new(3);
        long[] sums = new long[4];
        Thread[] callers = [.. Enumerable.Range(0, 4).Select(c => new Thread(() =>
        {
            for (int repeat = 0; repeat < 200; repeat++)
                Work.For(50, i => Interlocked.Add(ref sums[c], i));
        }))];
        foreach (Thread caller in callers)
            caller.Start();
        foreach (Thread caller in callers)
            caller.Join();
        Assert.All(sums, sum => Assert.Equal(200 * 1225, sum));
    }

    [Fact]
    public void A_thread_count_below_one_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Work.Threads = 0);
}
