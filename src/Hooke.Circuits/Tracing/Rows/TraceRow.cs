namespace Hooke.Circuits;

/// <summary>A target's incoming edges over a replacement's sources, zeros left out.</summary>
/// <param name="Sources">Columns of a <see cref="SourceSpace"/>, rising.</param>
/// <param name="Weights">What each adds.</param>
readonly record struct TraceRow(int[] Sources, float[] Weights);

/// <summary>Where a target's gradient enters the stream, and what is added to its row beside.</summary>
/// <param name="Point">
/// 2 · layer for the stream entering a layer, 2 · layer + 1 for that between its attention and its MLP.
/// </param>
/// <param name="Position">The position.</param>
/// <param name="Gradient">[d_model]</param>
/// <param name="Constants">Columns with what they add.</param>
/// <param name="IsAttentionOnly">Whether it is the gradient with respect to what attention adds, and not to the stream.</param>
sealed record Injection(
    int Point, int Position, float[] Gradient, IReadOnlyList<(int Column, float Weight)> Constants, bool IsAttentionOnly = false);
