using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>A transformer to look inside: weights, tokenizer, runs.</summary>
public sealed class Model : IDisposable
{
    static readonly IReadOnlyDictionary<string, Recording> NoSources = new Dictionary<string, Recording>();

    readonly TransformerWeights _weights;
    readonly Tokenizer? _tokenizer;

    /// <summary>A model of weights at hand; takes them over.</summary>
    /// <param name="config">The shape of the transformer.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="tokenizer">Its tokenizer, or null if runs are given tokens.</param>
    public Model(TransformerConfig config, TransformerWeights weights, Tokenizer? tokenizer = null)
    {
        (Config, _weights, _tokenizer) = (config, weights.Freeze(), tokenizer);
        Transformer = new Transformer(config, weights);
    }

    /// <summary>The shape of the transformer.</summary>
    public TransformerConfig Config { get; }

    /// <summary>The weights, under TransformerLens' names.</summary>
    public TransformerWeights Weights => _weights;

    /// <summary>The tokenizer.</summary>
    /// <exception cref="InputException">The model's folder has none.</exception>
    public Tokenizer Tokenizer => _tokenizer ?? throw new InputException(
        "this model has no tokenizer: put its tokenizer.json into the model's folder");

    /// <summary>Whether the model's folder has a tokenizer.</summary>
    public bool HasTokenizer => _tokenizer is not null;

    /// <summary>The tokens that end a text, as the model's folder names them.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    internal Transformer Transformer { get; }

    /// <summary>
    /// Loads a Hugging Face folder: config.json, model.safetensors or its shards, and tokenizer.json if there; or one with
    /// TransformerLens' own layout, which has tl_config.json in place of config.json.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="keepStored">Whether BF16 and F16 matrices stay 16 bits wide in memory; results are the same.</param>
    /// <exception cref="InputException">
    /// A file is missing, damaged, of an unsupported architecture, or does not fit the others.
    /// </exception>
    public static Model Load(string folder, bool keepStored = false)
    {
        if (!Directory.Exists(folder))
            throw new InputException($"there is no folder {folder}: give the folder of a Hugging Face checkpoint");
        (Family family, ConfigFile file) = Family.OfFolder(folder);
        TransformerConfig config = family.Read(file);
        string tokenizer = Path.Combine(folder, "tokenizer.json");
        Tokenizer? loaded = File.Exists(tokenizer) ? Tokenizer.Load(tokenizer) : null;
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        return new Model(config, new WeightReader(checkpoint, family, config, keepStored).Read(), loaded)
        {
            StopTokens = Hooke.Models.StopTokens.Read(folder),
        };
    }

    /// <summary>Runs prompts given as text.</summary>
    /// <exception cref="InputException">The plan cannot be carried out, or a prompt is too long.</exception>
    public Run Run(string prompt, Plan? plan = null) => Run(new TokenBatch([Tokenizer.Encode(prompt)]), plan);

    /// <summary>Runs prompts, reading and changing what the plan says.</summary>
    /// <param name="tokens">The prompts.</param>
    /// <param name="plan">What to read and what to change; null for nothing.</param>
    /// <param name="sources">Recordings of other runs, by the names that the plan's interventions use.</param>
    /// <exception cref="InputException">The plan cannot be carried out on this model.</exception>
    public Run Run(TokenBatch tokens, Plan? plan = null, IReadOnlyDictionary<string, Recording>? sources = null)
    {
        plan ??= Plan.Empty;
        new PlanCheck(Config, tokens, sources ?? NoSources).Require(plan);
        new PlanEffects(this, tokens, sources ?? NoSources).RequireChange(plan.Interventions);
        Pass pass = Pass.Whole(tokens, plan.LastLogitsOnly);
        using Hooks hooks = new(plan, pass, sources ?? NoSources);
        Tensor logits = Transformer.Run(pass, hooks);
        Recording recording = plan.Interventions.Count == 0 ? hooks.Recording.AsPlainRunOf(this) : hooks.Recording;
        return new Run(tokens, logits, plan.LastLogitsOnly, recording);
    }

    /// <summary>Runs prompts with sites written from what the same run has computed before them, each once.</summary>
    /// <param name="tokens">The prompts.</param>
    /// <param name="substitutions">What is written where; what they read is recorded with the plan's.</param>
    /// <param name="plan">What else to read and to change; changes at a site are made before it is written.</param>
    /// <param name="sources">Recordings of other runs, by the names that the plan's interventions use.</param>
    /// <param name="tape">Where gradients are wanted: the tape that follows what is recorded.</param>
    /// <exception cref="InputException">
    /// The plan cannot be carried out on this model, or a site is written twice or before what it is made of is there.
    /// </exception>
    public Run RunSubstituting(
        TokenBatch tokens, IReadOnlyList<Substitution> substitutions, Plan? plan = null,
        IReadOnlyDictionary<string, Recording>? sources = null, Tape? tape = null)
    {
        plan ??= Plan.Empty;
        Address[] touched = [.. substitutions.SelectMany(s => s.Reads.Append(s.At)).Concat(plan.Record).Distinct()];
        new PlanCheck(Config, tokens, sources ?? NoSources).Require(plan with { Record = touched });
        if (substitutions.FirstOrDefault(s => !s.IsInOrder) is { } late)
            throw new InputException($"{late.At} is written before {string.Join(" and ", late.Reads)} is there to be read: "
                + "read a site that comes before it");
        if (substitutions.GroupBy(s => s.At).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new InputException($"{twice.Key} is written twice: write it once");
        Pass pass = Pass.Whole(tokens, plan.LastLogitsOnly);
        using Hooks hooks = new(plan, pass, sources ?? NoSources, tape, substitutions);
        return new Run(tokens, Transformer.Run(pass, hooks), plan.LastLogitsOnly, hooks.Recording);
    }

    /// <summary>The rest of a run, from the residual stream that enters a layer: nothing below it is computed.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="residual">[batch, pos, d_model]: blocks.{layer}.hook_resid_pre</param>
    /// <param name="tokens">The prompts.</param>
    /// <param name="plan">What to read and what to change, from this layer on.</param>
    /// <param name="sources">Recordings of other runs, by the names that the plan's interventions use.</param>
    /// <exception cref="InputException">The plan cannot be carried out on this part of the model.</exception>
    public Run RunFrom(
        int layer, Tensor residual, TokenBatch tokens, Plan plan, IReadOnlyDictionary<string, Recording>? sources = null)
    {
        new PlanCheck(Config, tokens, sources ?? NoSources, layer).Require(plan);
        if (!residual.Shape.Equals(new Shape(tokens.Count, tokens.Positions, Config.DModel)))
            throw new ArgumentException(
                $"a residual stream of shape {residual.Shape} for {tokens.Count} prompts of {tokens.Positions} positions");
        Pass pass = Pass.Whole(tokens, plan.LastLogitsOnly);
        using Hooks hooks = new(plan, pass, sources ?? NoSources);
        Tensor logits = Transformer.RunFrom(layer, residual.Share(), pass, hooks);
        return new Run(tokens, logits, plan.LastLogitsOnly, hooks.Recording);
    }

    /// <summary>
    /// A run, and the gradients of Σ seed · logits with respect to everything that the plan records.
    /// </summary>
    /// <param name="tokens">The prompts.</param>
    /// <param name="plan">What to change, and what to record and differentiate by.</param>
    /// <param name="seed">Gives the weight of every logit, of the logits' shape, once the run is there.</param>
    /// <param name="sources">Recordings of other runs, by the names that the plan's interventions use.</param>
    /// <exception cref="InputException">The plan cannot be carried out on this model.</exception>
    public (Run Run, Recording Gradients) RunWithGradients(
        TokenBatch tokens, Plan plan, Func<Run, Tensor> seed, IReadOnlyDictionary<string, Recording>? sources = null)
    {
        using Tape tape = new();
        GradientRun run = Followed(tape, tokens, plan, sources);
        using Tensor weights = seed(run.Run);
        return (run.Run, run.Gradients(weights));
    }

    /// <summary>A run whose gradients can be had as often as wanted, with respect to everything that the plan records.</summary>
    /// <param name="tokens">The prompts.</param>
    /// <param name="plan">What to change, and what to record and differentiate by.</param>
    /// <param name="sources">Recordings of other runs, by the names that the plan's interventions use.</param>
    /// <exception cref="InputException">The plan cannot be carried out on this model.</exception>
    public GradientRun Differentiate(
        TokenBatch tokens, Plan plan, IReadOnlyDictionary<string, Recording>? sources = null) =>
        Followed(new Tape(), tokens, plan, sources);

    GradientRun Followed(Tape tape, TokenBatch tokens, Plan plan, IReadOnlyDictionary<string, Recording>? sources)
    {
        try
        {
            new PlanCheck(Config, tokens, sources ?? NoSources).Require(plan);
            Pass pass = Pass.Whole(tokens, plan.LastLogitsOnly);
            using Hooks hooks = new(plan, pass, sources ?? NoSources, tape);
            return new GradientRun(
                tape, new Run(tokens, Transformer.Run(pass, hooks), plan.LastLogitsOnly, hooks.Recording));
        }
        catch
        {
            tape.Dispose();
            throw;
        }
    }

    /// <summary>Goes on from a prompt, and gives the new text piece by piece as it comes.</summary>
    /// <exception cref="InputException">A setting or the plan cannot be carried out, or the context is too short.</exception>
    public IEnumerable<string> GenerateText(string prompt, Generation? how = null, Plan? plan = null)
    {
        int[] tokens = Tokenizer.Encode(prompt);
        GrowingText text = new(Tokenizer, tokens);
        return Generate(new TokenBatch([tokens]), how, plan)
            .Select(added => text.Add(added.Token)).Concat(Enumerable.Range(0, 1).Select(_ => text.End()));
    }

    /// <summary>Goes on from prompts, and gives new tokens as they come: each step one of every prompt not yet ended.</summary>
    /// <remarks>A prompt's tokens do not depend on the other prompts, and the last may be a stop token.</remarks>
    /// <param name="prompts">The prompts.</param>
    /// <param name="how">For how long, and how tokens are chosen; null for the likeliest.</param>
    /// <param name="plan">
    /// Interventions, which hold at the prompts' positions and at new ones; negative positions count from a prompt's end.
    /// </param>
    /// <param name="sources">Recordings of other runs, by the names that the plan's interventions use.</param>
    /// <exception cref="InputException">A setting or the plan cannot be carried out, or the context is too short.</exception>
    public IEnumerable<NewToken> Generate(
        TokenBatch prompts, Generation? how = null, Plan? plan = null,
        IReadOnlyDictionary<string, Recording>? sources = null) =>
        new Generator(this, prompts, how ?? new(), plan ?? Plan.Empty, sources ?? NoSources).Run();

    /// <summary>Writes config.json and model.safetensors in Hugging Face's layout, each atomically; gpt2 only.</summary>
    /// <exception cref="NotSupportedException">The family is only read.</exception>
    public void Save(string folder) => ModelFolder.Write(folder, Config, _weights);

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();
}
