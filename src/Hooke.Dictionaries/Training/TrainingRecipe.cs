namespace Hooke.Dictionaries;

/// <summary>How sparse coders are trained: all that decides the result besides the activations themselves.</summary>
/// <remarks>
/// The loss is a mean over the rows of a batch: error + sparsity penalty + auxiliary parts, see docs/training.md.
/// </remarks>
public sealed record TrainingRecipe
{
    /// <summary>How pre-activations become latents: Relu, Gated, TopK, BatchTopK or JumpRelu.</summary>
    public required CoderKind Kind { get; init; }

    /// <summary>How many latents each coder has.</summary>
    public required int NLatents { get; init; }

    /// <summary>How many batches are learnt from, which schedules refer to.</summary>
    public required int Steps { get; init; }

    /// <summary>How many latents are active for an input: exactly for TopK, on average for BatchTopK.</summary>
    public int? K { get; set; }

    /// <summary>
    /// Numbers of latents, rising to <see cref="NLatents"/>, each of which must reconstruct by itself (Matryoshka); TopK
    /// and BatchTopK only.
    /// </summary>
    public IReadOnlyList<int>? Widths { get; set; }

    /// <summary>
    /// Whether the decoder's bias is taken from the input before encoding; if not said, where a coder reads what it writes.
    /// </summary>
    public bool? SubtractsDecoderBias { get; set; }

    /// <summary>Whether the first output has a linear path from the input besides.</summary>
    public bool HasSkip { get; set; }

    /// <summary>Whether TopK and BatchTopK rank by p · ‖W_dec‖ instead of p.</summary>
    public bool RanksByDecoderNorm { get; set; }

    /// <summary>In which unit the squared error is counted.</summary>
    public ErrorUnit Error { get; set; }

    /// <summary>What is paid for active latents; null for nothing.</summary>
    public SparsityRecipe? Sparsity { get; set; }

    /// <summary>What becomes of latents that have stopped to fire.</summary>
    public RevivalRecipe Revival { get; set; } = new();

    /// <summary>JumpReLU's thresholds and BatchTopK's.</summary>
    public ThresholdRecipe Threshold { get; set; } = new();

    /// <summary>The optimiser and its schedule.</summary>
    public OptimizerRecipe Optimizer { get; set; } = new();

    /// <summary>How weights begin, and what decoder rows are held to.</summary>
    public DecoderRecipe Decoder { get; set; } = new();

    /// <summary>Seed of all random numbers.</summary>
    public ulong Seed { get; set; }
}

/// <summary>In which unit the squared error of a site counts in the loss.</summary>
public enum ErrorUnit
{
    /// <summary>‖y − ŷ‖², summed over the dimensions.</summary>
    Squared,

    /// <summary>‖y − ŷ‖² / d_out.</summary>
    PerDimension,

    /// <summary>‖y − ŷ‖² over the batch's mean ‖y − ȳ‖²: the fraction of variance unexplained.</summary>
    OfVariance,
}

/// <summary>What is paid for active latents.</summary>
/// <param name="Penalty">The form.</param>
/// <param name="Coefficient">λ.</param>
/// <param name="WarmUpSteps">λ rises linearly from 0 over so many steps.</param>
/// <param name="TanhScale">c of <see cref="SparsityPenalty.Tanh"/>.</param>
/// <param name="TargetL0">L0* of <see cref="SparsityPenalty.L0Target"/>.</param>
/// <param name="FinalPower">p of f^p at the end; 1 for no anneal (<see cref="SparsityPenalty.L1"/> only).</param>
/// <param name="AnnealFrom">The step from which p falls linearly from 1 to its end.</param>
/// <param name="SumsNorms">
/// Whether ‖W_dec‖ over several outputs is Σ_o ‖W_dec^o‖ (crosscoders), not the norm of all side by side.
/// </param>
public sealed record SparsityRecipe(
    SparsityPenalty Penalty, float Coefficient, int WarmUpSteps = 0, float TanhScale = 4, float TargetL0 = 0,
    float FinalPower = 1, int AnnealFrom = 0, bool SumsNorms = false);

/// <summary>The forms of a sparsity penalty; of a gated coder relu(π) takes the place of f.</summary>
public enum SparsityPenalty
{
    /// <summary>λ Σ f, or λ Σ f^p.</summary>
    L1,

    /// <summary>λ Σ f · ‖W_dec‖.</summary>
    WeightedL1,

    /// <summary>λ Σ [p &gt; θ], straight through to θ; JumpReLU only. Source: arXiv:2407.14435.</summary>
    L0,

    /// <summary>λ (Σ [p &gt; θ] / L0* − 1)², the sum's mean over the batch; JumpReLU only.</summary>
    L0Target,

    /// <summary>λ Σ tanh(c · f · ‖W_dec‖).</summary>
    Tanh,
}

/// <summary>What becomes of latents that have stopped to fire.</summary>
/// <param name="DeadAfter">A latent that was active for none of so many rows is dead.</param>
/// <param name="AuxK">
/// So many dead latents of each row reconstruct what the others left (AuxK); if not said, half the output's width for
/// TopK and BatchTopK and none else; 0 for none. Source: arXiv:2406.04093.
/// </param>
/// <param name="AuxCoefficient">Its weight.</param>
/// <param name="AuxUnit">Its unit; <see cref="ErrorUnit.OfVariance"/> is of the residual's variance.</param>
/// <param name="PreActivation">Weight of Σ_dead relu(θ − p) · ‖W_dec‖; JumpReLU only.</param>
/// <param name="ResampleAt">Steps before which dead latents start anew from rows with large errors.</param>
public sealed record RevivalRecipe(
    int DeadAfter = 10_000_000, int? AuxK = null, float AuxCoefficient = 1 / 32f, ErrorUnit AuxUnit = ErrorUnit.OfVariance,
    float PreActivation = 0, IReadOnlyList<int>? ResampleAt = null);

/// <summary>JumpReLU's thresholds and BatchTopK's.</summary>
/// <param name="Initial">θ at first (JumpReLU).</param>
/// <param name="Bandwidth">Width ε of the straight-through kernel (JumpReLU).</param>
/// <param name="Rate">
/// Share by which a batch's least kept pre-activation moves the threshold that is kept for inference (BatchTopK).
/// </param>
public sealed record ThresholdRecipe(float Initial = 0.01f, float Bandwidth = 0.05f, float Rate = 0.01f);

/// <summary>AdamW and its schedule: linear warm-up, constant, linear decay.</summary>
/// <param name="LearningRate">η.</param>
/// <param name="Beta1">β₁.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="WeightDecay">λ, for matrices only.</param>
/// <param name="MaxGradientNorm">Gradients of a larger norm, all parameters together, are scaled down to it.</param>
/// <param name="WarmUpSteps">η rises linearly from 0 over so many steps.</param>
/// <param name="DecaySteps">η falls linearly over so many last steps.</param>
/// <param name="FinalShare">To which share of η it falls.</param>
public sealed record OptimizerRecipe(
    float LearningRate = 3e-4f, float Beta1 = 0.9f, float Beta2 = 0.999f, float Epsilon = 1e-8f, float WeightDecay = 0,
    float? MaxGradientNorm = null, int WarmUpSteps = 0, int DecaySteps = 0, float FinalShare = 0);

/// <summary>How weights begin, and what decoder rows are held to.</summary>
/// <param name="InitialNorm">Norm of a decoder row at first, over all outputs; the encoder is the decoder's transpose.</param>
/// <param name="UnitNorm">
/// Whether rows are held to norm 1: gradients lose what is parallel to the row, and rows are normalised after a step.
/// </param>
/// <param name="Bias">What b_dec is at first.</param>
public sealed record DecoderRecipe(
    float InitialNorm = 0.1f, bool UnitNorm = false, InitialBias Bias = InitialBias.GeometricMedian);

/// <summary>What b_dec is at first.</summary>
public enum InitialBias
{
    /// <summary>0.</summary>
    Zero,

    /// <summary>The mean of the first batch.</summary>
    Mean,

    /// <summary>The geometric median of the first batch.</summary>
    GeometricMedian,
}
