using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>What a sparse coder computes, apart from its weights.</summary>
/// <remarks>
/// x' = scaled input, less the decoder's bias if <see cref="SubtractsDecoderBias"/>; p = x' · W_enc + b_enc; latents by
/// <see cref="Kind"/>; each output = latents · W_dec + b_dec, scaled back, + x · W_skip.
/// </remarks>
public sealed record CoderConfig
{
    /// <summary>How pre-activations become latents.</summary>
    public required CoderKind Kind { get; init; }

    /// <summary>What is read; several for a crosscoder, side by side in the input.</summary>
    public required IReadOnlyList<CoderSite> Inputs { get; init; }

    /// <summary>What is written: one site, or several for cross-layer transcoders and crosscoders.</summary>
    public required IReadOnlyList<CoderSite> Outputs { get; init; }

    /// <summary>How many latents there are.</summary>
    public required int NLatents { get; init; }

    /// <summary>How many latents are active at most, for TopK and GroupMax; what training aimed at, for BatchTopK.</summary>
    public int? K { get; init; }

    /// <summary>Whether the decoder's bias is taken from the input before encoding.</summary>
    public bool SubtractsDecoderBias { get; init; }

    /// <summary>What is done to the input first, and undone at the output.</summary>
    public InputScaling Scaling { get; init; }

    /// <summary>
    /// Whether latents are in units of the output: p · ‖W_dec[i]‖ before the activation, divided out in decoding.
    /// </summary>
    public bool ScalesByDecoderNorm { get; init; }

    /// <summary>Whether a latent that passes the threshold or TopK must be positive too.</summary>
    public bool IsRectified { get; init; } = true;

    /// <summary>
    /// Whether the input is attention's z, whose heads are flattened: [.., head, d_head] becomes [.., head · d_head].
    /// </summary>
    public bool FlattensHeads { get; init; }

    /// <summary>
    /// Whether pre-activations are summed in double precision: where a folded standardiser made weights that cancel.
    /// </summary>
    public bool EncodesInDouble { get; init; }

    /// <summary>Whether it writes elsewhere than it reads, even where the file names no sites.</summary>
    public bool IsTranscoder { get; init; }

    /// <summary>Width of the input: the sum over what is read.</summary>
    public int DIn => Inputs.Sum(site => site.Width);

    /// <summary>autoencoder, transcoder, cross-layer transcoder or crosscoder.</summary>
    public string Role => Inputs.Count > 1 ? "crosscoder"
        : Outputs.Count > 1 ? "cross-layer transcoder"
        : IsTranscoder ? "transcoder"
        : "autoencoder";

    /// <summary>Refuses what no coder can be.</summary>
    /// <param name="where">The file, for the message.</param>
    /// <exception cref="InputException">k is missing, below 1 or above the number of latents, or does not divide it.</exception>
    public CoderConfig Checked(string where)
    {
        bool needsK = Kind is CoderKind.TopK or CoderKind.GroupMax;
        if (needsK && K is null)
            throw new InputException($"{where}: a {Kind} dictionary needs k, the number of active latents; its config names "
                + "none");
        if (needsK && (K < 1 || K > NLatents))
            throw new InputException($"{where}: k is {K}, but a dictionary of {NLatents} latents needs 1 to {NLatents}");
        if (Kind == CoderKind.GroupMax && NLatents % K != 0)
            throw new InputException($"{where}: {NLatents} latents cannot be parted into k = {K} equal groups");
        if (SubtractsDecoderBias && Outputs.Sum(site => site.Width) != DIn)
            throw new InputException($"{where}: the decoder's bias is {Outputs.Sum(site => site.Width)} wide and cannot be "
                + "taken from an "
                + $"input {DIn} wide, as the config says it is");
        if (DIn == 0 || NLatents == 0 || Outputs.Any(site => site.Width == 0))
            throw new InputException($"{where}: a dictionary of {DIn} inputs and {NLatents} latents holds nothing");
        return this;
    }
}
