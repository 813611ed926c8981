namespace Hooke.Studies;

/// <summary>What a study of toy models is asked.</summary>
public sealed record SuperpositionRequest
{
    /// <summary>n of the sweep over sparsity.</summary>
    public int Features { get; init; } = 80;

    /// <summary>m of the sweep over sparsity.</summary>
    public int Hidden { get; init; } = 8;

    /// <summary>Importance decay of each sweep: Iᵢ = decayⁱ; 1 for features that all count the same.</summary>
    public IReadOnlyList<double> Decays { get; init; } = [1, 0.95];

    /// <summary>1/(1 − S) of the sweep's points.</summary>
    public IReadOnlyList<double> InverseDensities { get; init; } = [1, 1.5, 2, 3, 4, 5, 7, 10, 14, 20, 30, 50, 100];

    /// <summary>Training steps of every instance.</summary>
    public int Steps { get; init; } = 4000;

    /// <summary>Side of the phase diagram: this many sparsities by this many importances.</summary>
    public int PhaseSide { get; init; } = 13;

    /// <summary>Instances trained for each cell of the phase diagram; the best one counts.</summary>
    public int Restarts { get; init; } = 3;

    /// <summary>All random numbers follow from it.</summary>
    public ulong Seed { get; init; } = 1;
}
