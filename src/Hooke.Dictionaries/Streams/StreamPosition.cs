namespace Hooke.Dictionaries;

/// <summary>Where a stream stands: all that is needed to go on with the same rows.</summary>
/// <param name="Sequence">The first sequence in the buffer.</param>
/// <param name="Taken">How many of the buffer's rows were taken.</param>
public readonly record struct StreamPosition(long Sequence, int Taken);
