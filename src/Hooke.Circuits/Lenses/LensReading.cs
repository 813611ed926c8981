using Hooke.Models;

namespace Hooke.Circuits;

/// <summary>How a distribution over tokens sees one of them.</summary>
/// <param name="Token">The token.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Logit">Its logit.</param>
/// <param name="Rank">1 for the likeliest; the lower id comes first on a tie.</param>
public readonly record struct TokenScore(int Token, double Probability, float Logit, int Rank);

/// <summary>What a lens reads at one position of one depth.</summary>
/// <param name="Position">The position.</param>
/// <param name="Top">The likeliest tokens, best first.</param>
/// <param name="Asked">The tokens asked for; where none was, the one that the model itself ends up with.</param>
/// <param name="Entropy">Of the distribution, in nats.</param>
/// <param name="KullbackLeibler">KL(final ‖ lens): how far it is from the model's own distribution, in nats.</param>
public sealed record LensCell(
    int Position, IReadOnlyList<TokenScore> Top, IReadOnlyList<TokenScore> Asked, double Entropy, double KullbackLeibler);

/// <summary>What a lens reads at one depth.</summary>
/// <param name="Site">The residual stream that is read.</param>
/// <param name="Cells">One per position asked for.</param>
public sealed record LensDepth(Address Site, IReadOnlyList<LensCell> Cells)
{
    /// <summary>The site in short: <c>3.resid_pre</c>.</summary>
    public string Name => Site.ToString().Replace("blocks.", "", StringComparison.Ordinal)
        .Replace("hook_", "", StringComparison.Ordinal);
}

/// <summary>What is to be read through a lens.</summary>
public sealed record LensRequest
{
    /// <summary>Positions, or null for all.</summary>
    public PositionRange? Positions { get; init; }

    /// <summary>Tokens whose rank, probability and logit are wanted; none for the model's own answer.</summary>
    public IReadOnlyList<int> Tokens { get; init; } = [];

    /// <summary>How many of the likeliest tokens are wanted.</summary>
    public int Top { get; init; } = 5;

    /// <summary>Whether the stream between attention and MLP is read too.</summary>
    public bool Mid { get; init; }

    /// <summary>A trained lens, or null for the logit lens.</summary>
    public TunedLens? Tuned { get; init; }
}
