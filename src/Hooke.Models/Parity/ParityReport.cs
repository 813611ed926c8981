using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>One tensor of a reference beside what Hooke computes.</summary>
/// <param name="Name">The reference's name for it.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Difference">‖a − b‖ / ‖b‖, b the reference; of tokens, the share that are others.</param>
public sealed record ParityRow(string Name, Shape Shape, double Difference)
{
    /// <summary>The most that implementations in float32 are to differ by.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>Whether the two agree.</summary>
    public bool IsClose => Difference <= Tolerance;
}

/// <summary>A model held against another implementation's numbers.</summary>
/// <param name="MadeBy">Who made the reference, as its file says.</param>
/// <param name="Rows">What was compared, in the order of the names.</param>
/// <param name="NotCompared">Names in the file that Hooke has nothing for.</param>
public sealed record ParityReport(string MadeBy, IReadOnlyList<ParityRow> Rows, IReadOnlyList<string> NotCompared)
{
    /// <summary>Whether all that was compared agrees.</summary>
    public bool IsClose => Rows.All(row => row.IsClose);
}
