namespace Hooke.Tensors.Tests;

/// <summary>Sets the number of threads for one test; test classes that do so share this collection.</summary>
[CollectionDefinition(nameof(ThreadCount), DisableParallelization = true)]
public sealed class ThreadCount : IDisposable
{
    readonly int _before = Work.Threads;

    public ThreadCount(int threads) => Work.Threads = threads;

    public void Dispose() => Work.Threads = _before;
}
